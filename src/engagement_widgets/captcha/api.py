"""Challenges for programs, below `/api/v1`."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, WithJsonSchema

from engagement_widgets.captcha.issuing import Issued, Purpose, issue_for, picture_path, recording_path
from engagement_widgets.errors import Unavailable
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute

_PURPOSES = [purpose.value for purpose in Purpose]


class ChallengeIn(ApiModel):
    """What the challenge is for. It can be spent on nothing else."""

    # Not the enum: an unknown purpose gets the one code `unknown_purpose`, as from the form.
    purpose: Annotated[str, WithJsonSchema({"type": "string", "enum": _PURPOSES})]
    page: Annotated[str, Field(description="The page's signed reference, as the host's article carries it.")]
    replaces: Annotated[str | None, Field(description="Id of a challenge that will not be answered.")] = None
    spoken: Annotated[bool, Field(description="With a recording of digits too, each answered by itself.")] = False


class WorkOut(ApiModel):
    """A proof of work: the SHA-256 of puzzle and nonce, one ASCII text, must begin with so many zero bits."""

    puzzle: str
    bits: int


class RemoteOut(ApiModel):
    """A widget of another service, and what its script's `render` is given; its token goes back as `code`."""

    service: str
    script: str
    api: str
    options: dict[str, str]


class ChallengeOut(ApiModel):
    """A challenge that waits for its answer.

    Attributes:
        id: goes back with the answer, once.
        picture: path of the PNG; looking at it spends nothing. None where no code is asked.
        length: how many symbols it shows.
        work: what is to be computed beside the code, or in its place; None where nothing is.
        remote: the widget of another service, in place of both; None where there is none.
        recording: path of the WAV, where one was asked for and the site speaks the page's language.
        digits: how many digits it says.
        expires_at: UTC; answered later, it is refused.
        submission_key: goes back with the post, so that one sent twice is one post.
    """

    id: UUID
    picture: str | None
    length: int
    work: WorkOut | None
    remote: RemoteOut | None
    recording: str | None
    digits: int
    expires_at: datetime
    submission_key: str


def challenge_out(ctx: Context, issued: Issued) -> ChallengeOut:
    """The challenge for programs, the same here and from the form route.

    Raises:
        Unavailable: `captcha_unavailable`: there is none.
    """
    challenge = issued.challenge
    if challenge is None:
        raise Unavailable("captcha_unavailable")
    work, remote = challenge.work, challenge.remote
    return ChallengeOut(
        id=challenge.id,
        picture=picture_path(ctx, challenge),
        length=challenge.length,
        work=None if work is None else WorkOut(puzzle=work.puzzle, bits=work.bits),
        remote=None if remote is None else RemoteOut.model_validate(remote, from_attributes=True),
        recording=recording_path(ctx, challenge),
        digits=challenge.spoken,
        expires_at=challenge.expires_at,
        submission_key=issued.submission_key,
    )


async def post_challenge(ctx: Context, call: ApiCall[ChallengeIn, None]) -> ChallengeOut:
    """Issue a challenge."""
    asked = call.body
    issued = await issue_for(
        ctx,
        call.request,
        purpose=asked.purpose,
        reference=asked.page,
        replaces=asked.replaces,
        spoken=asked.spoken,
    )
    return challenge_out(ctx, issued)


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="POST",
        path="/challenges",
        handler=post_challenge,
        summary="Issue a captcha challenge",
        request=ChallengeIn,
        response=ChallengeOut,
        status=201,
        errors=("unknown_page", "foreign_page", "unknown_purpose", "too_fast", "busy", "captcha_unavailable"),
    ),
)
