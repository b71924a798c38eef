"""The registry: regions, offices, official accounts, people and weekly targets.

The first stage. What it leaves behind is what everything else hangs on, so nothing is ever
deleted: offices end, accounts retire, people lose their access, targets are followed by others.
Every change leaves an audit entry in the same transaction.
"""

from publisher.typed import Fault, Unacceptable, tidy
from publisher.workflow.registering.accounts import (
    AccountData,
    State,
    add_account,
    edit_account,
    find_accounts,
    platform_names,
    restore_account,
    resume_account,
    retire_account,
    state_of,
    supported,
)
from publisher.workflow.registering.attention import Need, need_of, needs_a_person
from publisher.workflow.registering.choosing import choose_way, ways
from publisher.workflow.registering.common import Page, stamp, today
from publisher.workflow.registering.connecting import (
    check_identity,
    connect,
    connectable,
    disconnect,
    hold,
    identify,
)
from publisher.workflow.registering.consenting import (
    Denied,
    Errand,
    app_for,
    app_settings,
    by_consent,
    come_back,
    fitting,
    redeem,
    revoke,
    send_off,
)
from publisher.workflow.registering.custody import (
    hand_over,
    handovers,
    possible_keepers,
    steps_of,
)
from publisher.workflow.registering.importing import Imported, import_offices, import_regions
from publisher.workflow.registering.importing_accounts import import_accounts
from publisher.workflow.registering.lasting import Lasting
from publisher.workflow.registering.logging_in import (
    LoggedIn,
    by_login,
    hold_phone,
    log_in,
    phone_for,
)
from publisher.workflow.registering.offices import (
    OfficeData,
    add_office,
    current_offices,
    edit_office,
    find_offices,
    office_overview,
    reopen_office,
    retire_office,
)
from publisher.workflow.registering.people import (
    UserData,
    add_user,
    edit_user,
    end_user,
    find_users,
    one_time_password,
    renew_password,
    restore_user,
)
from publisher.workflow.registering.quotas import (
    Targets,
    earliest_change,
    end_office_quota,
    rules_on,
    set_quota,
    targets,
)
from publisher.workflow.registering.tables import MAX_BYTES, FileRefused, LineFault

__all__ = [
    "MAX_BYTES",
    "AccountData",
    "Denied",
    "Errand",
    "Fault",
    "FileRefused",
    "Imported",
    "Lasting",
    "LineFault",
    "LoggedIn",
    "Need",
    "OfficeData",
    "Page",
    "State",
    "Targets",
    "Unacceptable",
    "UserData",
    "add_account",
    "add_office",
    "add_user",
    "app_for",
    "app_settings",
    "by_consent",
    "by_login",
    "check_identity",
    "choose_way",
    "come_back",
    "connect",
    "connectable",
    "current_offices",
    "disconnect",
    "earliest_change",
    "edit_account",
    "edit_office",
    "edit_user",
    "end_office_quota",
    "end_user",
    "find_accounts",
    "find_offices",
    "find_users",
    "fitting",
    "hand_over",
    "handovers",
    "hold",
    "hold_phone",
    "identify",
    "import_accounts",
    "import_offices",
    "import_regions",
    "log_in",
    "need_of",
    "needs_a_person",
    "office_overview",
    "one_time_password",
    "phone_for",
    "platform_names",
    "possible_keepers",
    "redeem",
    "renew_password",
    "reopen_office",
    "restore_account",
    "restore_user",
    "resume_account",
    "retire_account",
    "retire_office",
    "revoke",
    "rules_on",
    "send_off",
    "set_quota",
    "stamp",
    "state_of",
    "steps_of",
    "supported",
    "targets",
    "tidy",
    "today",
    "ways",
]
