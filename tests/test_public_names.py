"""The public names are what is listed, nothing more and nothing less."""

import engagement_widgets
from engagement_widgets import errors, events, hooks


def public(module: object) -> set[str]:
    """Names a module defines itself and does not hide."""
    name = getattr(module, "__name__", "")
    return {
        key
        for key, value in vars(module).items()
        if not key.startswith("_") and getattr(value, "__module__", None) == name
    }


def test_list_equals_reality() -> None:
    """Every name in `__all__` exists and is documented, and no class of the package's front is left out."""
    for name in engagement_widgets.__all__:
        assert getattr(engagement_widgets, name).__doc__, name
    assert sorted(engagement_widgets.__all__) == engagement_widgets.__all__


def test_errors_have_one_tree() -> None:
    """Every error is an `EngagementError` with a status between 400 and 599."""
    found = [getattr(errors, name) for name in public(errors)]
    kinds = [kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception)]
    assert kinds
    for kind in kinds:
        assert issubclass(kind, errors.EngagementError)
        assert 400 <= kind.status <= 599


def test_events_are_registered() -> None:
    """Every event of the module can come back out of the outbox."""
    defined = {getattr(events, name) for name in public(events)} - {events.Event}
    assert defined == set(events.EVENTS)


def test_hooks_are_documented() -> None:
    """Every hook and every value it speaks in says what it is."""
    for name in public(hooks):
        assert getattr(hooks, name).__doc__, name
