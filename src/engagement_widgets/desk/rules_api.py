"""The rules for programs, below `/api/v1/desk/rules`: admins alone see and change them."""

from datetime import timedelta
from functools import partial
from typing import Any

import anyio

from engagement_widgets.comments.fields import WHY
from engagement_widgets.comments.rules.editing import (
    AddRules,
    ChangeRule,
    Deed,
    OrderRules,
    RemoveRule,
    RulesEdited,
    UndoRules,
    add_rules,
    change_rule,
    order_rules,
    remove_rule,
    undo_rules,
)
from engagement_widgets.comments.rules.exchange import draft_from_json, draft_json, draft_of_pack
from engagement_widgets.comments.rules.packs import packs
from engagement_widgets.comments.rules.rule import BUILT_IN, FIXED, Rule, RuleDraft, checked_rule
from engagement_widgets.comments.rules.ruleset import TOPIC, load_rules
from engagement_widgets.comments.rules.simulating import MOST, Example, Simulation, check_share, simulate
from engagement_widgets.desk.gate import ADMINS, DOOR, seat_of_call
from engagement_widgets.desk.rules_models import (
    AddRuleIn,
    ChangeRuleIn,
    EditedOut,
    ExampleOut,
    FoundOut,
    ImportIn,
    OrderIn,
    PackOut,
    PacksOut,
    RuleOut,
    RuleSetOut,
    SimulateIn,
    SimulationOut,
    VersionParams,
)
from engagement_widgets.errors import FieldError, Invalid, NotFound
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import translator
from engagement_widgets.web.openapi import ApiCall, ApiRoute


async def list_rules(ctx: Context, call: ApiCall[None, None]) -> RuleSetOut:
    """Every rule in its order."""
    await seat_of_call(ctx, call.request, ADMINS, whole_site=True)
    found = await ctx.storage.recall(load_rules, TOPIC)
    return RuleSetOut(version=found.version, rules=list(map(rule_out, found.rules)))


async def list_packs(ctx: Context, call: ApiCall[None, None]) -> PacksOut:
    """The starter packs."""
    await seat_of_call(ctx, call.request, ADMINS, whole_site=True)
    return PacksOut(
        packs=[
            PackOut(name=pack.name, title=pack.title, description=pack.description, entries=len(pack.entries))
            for pack in packs()
        ]
    )


async def add_rule(ctx: Context, call: ApiCall[AddRuleIn, None]) -> EditedOut:
    """Add a rule at the end of the order."""
    deed = await _deed(ctx, call, call.body.why)
    await _check_share(ctx, call.body.rule.draft(), deed.why)
    command = AddRules(drafts=[("", call.body.rule.draft())], deed=deed, is_new=True)
    return _edited(ctx, await ctx.storage.write(add_rules, command))


async def patch_rule(ctx: Context, call: ApiCall[ChangeRuleIn, None]) -> EditedOut:
    """Change a rule, or switch it on or off."""
    deed = await _deed(ctx, call, call.body.why)
    rule_id: str = call.request.path_params["rule_id"]
    standing = next((rule for rule in (await _rules(ctx)) if rule.id == rule_id), None)
    if standing is None:
        raise NotFound("unknown_rule")
    given = call.body.model_dump(exclude={"version", "why"}, exclude_none=True, mode="json")
    draft = draft_from_json({**draft_json(standing.draft), **given})
    if (draft.params, draft.fields, draft.enabled) != (
        standing.draft.params,
        standing.draft.fields,
        standing.draft.enabled,
    ):
        await _check_share(ctx, draft, deed.why)
    command = ChangeRule(id=rule_id, version=call.body.version, draft=draft, deed=deed)
    return _edited(ctx, await ctx.storage.write(change_rule, command))


async def delete_rule(ctx: Context, call: ApiCall[None, VersionParams]) -> EditedOut:
    """Delete a rule of the site's own."""
    deed = await _deed(ctx, call, "")
    command = RemoveRule(id=call.request.path_params["rule_id"], version=call.query.version, deed=deed)
    return _edited(ctx, await ctx.storage.write(remove_rule, command))


async def put_order(ctx: Context, call: ApiCall[OrderIn, None]) -> EditedOut:
    """Put the rules into another order."""
    deed = await _deed(ctx, call, "")
    command = OrderRules(ids=call.body.ids, version=call.body.version, deed=deed)
    return _edited(ctx, await ctx.storage.write(order_rules, command))


async def import_rules(ctx: Context, call: ApiCall[ImportIn, None]) -> EditedOut:
    """Import a set, or a starter pack: all of it or nothing."""
    deed = await _deed(ctx, call, call.body.why)
    if not call.body.rules and not call.body.pack:
        raise Invalid([FieldError("rules", "required")])
    drafts = [(rule.id, rule.draft()) for rule in call.body.rules]
    if call.body.pack:
        drafts.append(("", pack_draft(call.body.pack, ctx.settings.locale)))
    for _, draft in drafts:
        await _check_share(ctx, draft, deed.why)
    return _edited(ctx, await ctx.storage.write(add_rules, AddRules(drafts=drafts, deed=deed)))


async def simulate_rule(ctx: Context, call: ApiCall[SimulateIn, None]) -> SimulationOut:
    """Try a rule on the newest comments. Nothing changes."""
    await seat_of_call(ctx, call.request, ADMINS, whole_site=True)
    if not 1 <= call.body.last <= MOST:
        raise Invalid([FieldError("last", "out_of_range", {"minimum": 1, "maximum": MOST})])
    draft = checked_rule(call.body.rule.draft())
    tried = partial(simulate, ctx.storage, draft, call.body.last, own_names=_own_names(ctx))
    return _simulation_out(await anyio.to_thread.run_sync(tried))


async def undo_rules_change(ctx: Context, call: ApiCall[None, None]) -> EditedOut:
    """Take a change back."""
    seat = await seat_of_call(ctx, call.request, ADMINS, whole_site=True)
    command = UndoRules(undo_id=call.request.path_params["rule_undo_id"], actor=seat.user)
    return _edited(ctx, await ctx.storage.write(undo_rules, command))


def pack_draft(name: str, locale: str) -> RuleDraft:
    """A starter pack as a rule, in the site's language.

    Raises:
        Invalid: `unknown_pack`.
    """
    pack = next((pack for pack in packs() if pack.name == name), None)
    if pack is None:
        raise Invalid([FieldError("pack", "unknown_pack")])
    return draft_of_pack(pack, translator(locale).gettext(pack.title))


def rule_out(rule: Rule) -> RuleOut:
    """A rule for programs."""
    draft = rule.draft
    return RuleOut(
        id=rule.id,
        version=rule.version,
        built_in=rule.id in BUILT_IN,
        fixed=rule.id in FIXED,
        kind=draft.kind,
        name=draft.name,
        fields=list(draft.fields),
        params=dict(draft.params),
        action=draft.action,
        enabled=draft.enabled,
        note=draft.note,
    )


async def _deed(ctx: Context, call: ApiCall[Any, Any], why: str) -> Deed:
    seat = await seat_of_call(ctx, call.request, ADMINS, whole_site=True)
    return Deed(actor=seat.user, why=WHY.parse(why), undo_window=timedelta(seconds=ctx.settings.undo_window))


async def _rules(ctx: Context) -> tuple[Rule, ...]:
    return (await ctx.storage.recall(load_rules, TOPIC)).rules


async def _check_share(ctx: Context, draft: RuleDraft, why: str) -> None:
    check = partial(check_share, ctx.storage, checked_rule(draft), why, _own_names(ctx))
    await anyio.to_thread.run_sync(check)


def _own_names(ctx: Context) -> tuple[str, ...]:
    return (ctx.settings.site_name,) if ctx.settings.site_name else ()


def _edited(ctx: Context, edited: RulesEdited) -> EditedOut:
    window = timedelta(seconds=ctx.settings.undo_window)
    has_undo = edited.undo_id is not None and bool(window)
    return EditedOut(
        version=edited.version,
        rules=list(map(rule_out, edited.rules)),
        undo=edited.undo_id if has_undo else None,
        undo_until=ctx.clock.now() + window if has_undo else None,
    )


def _simulation_out(found: Simulation) -> SimulationOut:
    return SimulationOut(
        seen=found.seen,
        touched=found.touched,
        share=round(found.share, 4),
        statuses=dict(found.statuses),
        examples=list(map(_example_out, found.examples)),
    )


def _example_out(example: Example) -> ExampleOut:
    return ExampleOut(
        id=example.id,
        author=example.name,
        body=example.body,
        submitted_at=example.submitted_at,
        status=example.status,
        decided_by=example.decided_by,
        found=[FoundOut(field=one.field, start=one.start, end=one.end) for one in example.findings],
    )


_CHECKED = ("required", "too_long", "wrong_type", "out_of_range", "unknown_field", "too_many_entries")
_WORDS = ("folded_syllable_may_only_hold", "reason_required")

API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="GET",
        path="/desk/rules",
        handler=list_rules,
        summary="The rules in their order",
        response=RuleSetOut,
        errors=DOOR,
    ),
    ApiRoute(
        method="POST",
        path="/desk/rules",
        handler=add_rule,
        summary="Add a rule",
        request=AddRuleIn,
        response=EditedOut,
        status=201,
        errors=(*DOOR, *_CHECKED, *_WORDS, "unknown_kind", "rule_name_taken"),
    ),
    ApiRoute(
        method="GET",
        path="/desk/rule-packs",
        handler=list_packs,
        summary="The starter packs",
        response=PacksOut,
        errors=DOOR,
    ),
    ApiRoute(
        method="POST",
        path="/desk/rule-imports",
        handler=import_rules,
        summary="Import rules or a starter pack",
        request=ImportIn,
        response=EditedOut,
        errors=(*DOOR, *_CHECKED, *_WORDS, "unknown_kind", "unknown_pack", "fixed_rule"),
    ),
    ApiRoute(
        method="POST",
        path="/desk/rule-simulations",
        handler=simulate_rule,
        summary="Try a rule on the newest comments",
        request=SimulateIn,
        response=SimulationOut,
        errors=(*DOOR, *_CHECKED, "folded_syllable_may_only_hold", "cannot_simulate"),
    ),
    ApiRoute(
        method="PUT",
        path="/desk/rule-order",
        handler=put_order,
        summary="Put the rules into another order",
        request=OrderIn,
        response=EditedOut,
        errors=(*DOOR, "incomplete_order", "stale_version"),
    ),
    ApiRoute(
        method="POST",
        path="/desk/rules/undo/{rule_undo_id:uuid}",
        handler=undo_rules_change,
        summary="Take a change of the rules back",
        response=EditedOut,
        errors=(*DOOR, "unknown_undo", "already_undone", "undo_expired", "stale_version"),
    ),
    ApiRoute(
        method="PATCH",
        path="/desk/rules/{rule_id}",
        handler=patch_rule,
        summary="Change a rule",
        request=ChangeRuleIn,
        response=EditedOut,
        errors=(*DOOR, *_CHECKED, *_WORDS, "unknown_rule", "fixed_rule", "stale_version"),
    ),
    ApiRoute(
        method="DELETE",
        path="/desk/rules/{rule_id}",
        handler=delete_rule,
        summary="Delete a rule",
        query=VersionParams,
        response=EditedOut,
        errors=(*DOOR, "unknown_rule", "built_in_rule", "stale_version"),
    ),
)
