"""Records: files in, redacted and kept; tables out.

`import_file` brings a file into the store, `read_records` gives everything back as Arrow tables.
"""

from analyst.records.alert_rules import RULE_METRICS, AlertRule, load_rules, rule_from, rules_from
from analyst.records.frames import RecordTables, read_records
from analyst.records.importing import import_file
from analyst.records.mapping import FileMapping, load_mapping
from analyst.records.outcome import ImportReport
from analyst.records.redaction import Redacted, redact
from analyst.records.sources import SOURCES
from analyst.records.store import FixState, Store, ThemeEdit, open_store
from analyst.records.store.alerting import remove_rule, rules_of, save_rules, stored_rules
from analyst.records.types import Change, Customer, Event, Response, ScreenVisit, Session, Ticket

__all__ = [
    "RULE_METRICS",
    "SOURCES",
    "AlertRule",
    "Change",
    "Customer",
    "Event",
    "FileMapping",
    "FixState",
    "ImportReport",
    "RecordTables",
    "Redacted",
    "Response",
    "ScreenVisit",
    "Session",
    "Store",
    "ThemeEdit",
    "Ticket",
    "import_file",
    "load_mapping",
    "load_rules",
    "open_store",
    "read_records",
    "redact",
    "remove_rule",
    "rule_from",
    "rules_from",
    "rules_of",
    "save_rules",
    "stored_rules",
]
