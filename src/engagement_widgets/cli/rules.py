"""Rules as files: a set in and out, and the starter packs by name."""

import json
import sys
from pathlib import Path
from typing import Any

from engagement_widgets.cli.exports import STDOUT
from engagement_widgets.comments.rules.editing import AddRules, Deed, add_rules
from engagement_widgets.comments.rules.exchange import draft_from_json, draft_json
from engagement_widgets.comments.rules.packs import packs
from engagement_widgets.comments.rules.rule import BUILT_IN, RuleDraft, checked_rule
from engagement_widgets.comments.rules.ruleset import load_rules
from engagement_widgets.comments.rules.simulating import check_share
from engagement_widgets.desk.rules_api import pack_draft
from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.journal.service import SYSTEM
from engagement_widgets.settings import Settings
from engagement_widgets.storage.units import Storage


def take_in_rules(storage: Storage, settings: Settings, *, source: str, why: str) -> int:
    """Import a pack or a file, and return how many rules were added or changed.

    Raises:
        OSError: the file cannot be read.
        Invalid: it is no set of rules, or a rule needs a reason.
        Conflict: `fixed_rule`.
    """
    if source in {pack.name for pack in packs()}:
        drafts = [("", pack_draft(source, settings.locale))]
    else:
        drafts = _read(sys.stdin.read() if source == STDOUT else Path(source).read_text(encoding="utf-8"))
    own_names = (settings.site_name,) if settings.site_name else ()
    for _, draft in drafts:
        check_share(storage, checked_rule(draft), why, own_names)
    edited = storage.write_sync(add_rules, AddRules(drafts=drafts, deed=Deed(actor=SYSTEM, why=why)))
    return len(edited.rules)


def rules_as_json(storage: Storage) -> bytes:
    """Every rule in its order; those that are built in by their id."""
    found = storage.read_sync(load_rules, None).rules
    rules = [draft_json(rule.draft) | ({"id": rule.id} if rule.id in BUILT_IN else {}) for rule in found]
    return (json.dumps({"rules": rules}, ensure_ascii=False, indent=2) + "\n").encode()


def _read(text: str) -> list[tuple[str, RuleDraft]]:
    try:
        raw: list[dict[str, Any]] = json.loads(text)["rules"]
        return [(str(rule.get("id", "")), draft_from_json(rule)) for rule in raw]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid([FieldError("rules", "wrong_type")]) from None
