"""Who may do what. 三员分立 (GB/T 22239-2019, level 3): system, security and audit administration are three people's.

`RIGHTS` is the only table; a page names the right it needs, and a role has a right only if it stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from sync.gateway.staff.texts import Both


class Right(StrEnum):
    """One thing somebody may do in the pages."""

    SEE_TERMINALS = "see-terminals"
    SEE_ALARMS = "see-alarms"
    ACKNOWLEDGE_ALARM = "acknowledge-alarm"
    MAKE_ENROLMENT_CODE = "make-enrolment-code"
    SEE_REGISTER = "see-register"
    REVOKE_CERTIFICATE = "revoke-certificate"
    REVOKE_TERMINAL = "revoke-terminal"
    READ_AUDIT = "read-audit"


class Role(StrEnum):
    """What a person is here for."""

    SYSTEM_ADMINISTRATOR = "system-administrator"
    SECURITY_ADMINISTRATOR = "security-administrator"
    AUDIT_ADMINISTRATOR = "audit-administrator"
    OPERATOR = "operator"
    CLERK = "clerk"


_WATCH: Final = (Right.SEE_TERMINALS, Right.SEE_ALARMS, Right.ACKNOWLEDGE_ALARM)
RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.SYSTEM_ADMINISTRATOR: frozenset({*_WATCH, Right.MAKE_ENROLMENT_CODE}),
    Role.SECURITY_ADMINISTRATOR: frozenset(
        {
            *_WATCH,
            Right.SEE_REGISTER,
            Right.REVOKE_CERTIFICATE,
            Right.REVOKE_TERMINAL,
        }
    ),
    Role.AUDIT_ADMINISTRATOR: frozenset({Right.READ_AUDIT}),
    Role.OPERATOR: frozenset({*_WATCH, Right.MAKE_ENROLMENT_CODE}),
    Role.CLERK: frozenset({Right.SEE_REGISTER}),
}

NAMES: Final[Mapping[Role, Both]] = {
    Role.SYSTEM_ADMINISTRATOR: Both("系统管理员", "System administrator"),
    Role.SECURITY_ADMINISTRATOR: Both("安全管理员", "Security administrator"),
    Role.AUDIT_ADMINISTRATOR: Both("审计管理员", "Audit administrator"),
    Role.OPERATOR: Both("运维人员", "Operator"),
    Role.CLERK: Both("经办人员", "Clerk"),
}

INCOMPATIBLE: Final = frozenset(
    frozenset(pair)
    for pair in (
        (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR),
        (Role.SYSTEM_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR),
        (Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR),
        # who makes codes must not be who can withdraw what was made with them
        (Role.SECURITY_ADMINISTRATOR, Role.OPERATOR),
        # nobody reads the audit of his own work
        (Role.AUDIT_ADMINISTRATOR, Role.OPERATOR),
        (Role.AUDIT_ADMINISTRATOR, Role.CLERK),
    )
)


class RolesConflict(Exception):  # noqa: N818 - named by the condition
    """Two roles that one person must not have."""

    def __init__(self, one: Role, other: Role) -> None:
        super().__init__(f"{one} and {other} must be two people")
        self.pair = (one, other)


def checked(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles, if one person may have them together. Raises RolesConflict."""
    wanted = sorted(set(roles))
    for place, one in enumerate(wanted):
        for other in wanted[place + 1 :]:
            if frozenset((one, other)) in INCOMPATIBLE:
                raise RolesConflict(one, other)
    return frozenset(wanted)


def rights_of(roles: Iterable[Role]) -> frozenset[Right]:
    """What the roles allow together."""
    return frozenset(right for role in roles for right in RIGHTS[role])
