"""Who may do what stands in one table, and the three administrators are three people."""

from __future__ import annotations

from itertools import combinations
from typing import get_args, get_type_hints

import pytest

from sync.gateway.staff import terminal_revocation_pages
from sync.gateway.staff.audit import Act, Result
from sync.gateway.staff.audit_pages import _RESULTS, ACTS
from sync.gateway.staff.handling import PAGES
from sync.gateway.staff.roles import INCOMPATIBLE, NAMES, RIGHTS, Right, Role, RolesConflict, checked, rights_of
from sync.gateway.terminal_cli import revoke_command

ADMINISTRATORS = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR)


def test_every_role_has_rights_and_a_name_and_every_right_somebody_who_has_it():
    assert set(RIGHTS) == set(NAMES) == set(Role)
    assert all(RIGHTS.values())
    assert frozenset().union(*RIGHTS.values()) == set(Right)


def test_every_right_opens_a_page_and_every_page_that_is_not_ones_own_needs_a_right():
    assert {page.right for page in PAGES if page.right is not None} == set(Right)
    unguarded = {page.path for page in PAGES if page.right is None}
    assert unguarded == {"/sign-in", "/sign-out", "/left", "/language", "/password"}
    assert {page.path for page in PAGES if page.open_} == {"/sign-in", "/left", "/language"}


def test_no_page_that_changes_something_is_opened_by_an_address_alone():
    changing = {
        Right.MAKE_ENROLMENT_CODE, Right.REVOKE_CERTIFICATE, Right.REVOKE_TERMINAL, Right.ACKNOWLEDGE_ALARM,
    }  # fmt: skip
    done = ("made", "revoked", "acknowledged")
    for right in changing:
        assert {page.method for page in PAGES if page.right is right and page.path.endswith(done)} == {"POST"}
    assert len({(page.path, page.method) for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize("pair", list(combinations(ADMINISTRATORS, 2)))
def test_no_two_of_the_three_administrators_are_one_person(pair):
    assert frozenset(pair) in INCOMPATIBLE
    with pytest.raises(RolesConflict):
        checked([*pair, Role.CLERK])


def test_whoever_reads_the_audit_does_nothing_that_stands_in_it():
    for role in set(Role) - {Role.AUDIT_ADMINISTRATOR}:
        with pytest.raises(RolesConflict):
            checked([Role.AUDIT_ADMINISTRATOR, role])
    assert rights_of([Role.AUDIT_ADMINISTRATOR]) == {Right.READ_AUDIT}


def test_compatible_roles_add_up():
    assert checked([Role.CLERK, Role.OPERATOR, Role.CLERK]) == {Role.CLERK, Role.OPERATOR}
    assert rights_of([Role.CLERK, Role.OPERATOR]) == RIGHTS[Role.CLERK] | RIGHTS[Role.OPERATOR]


def test_terminals_are_taken_back_for_the_reasons_that_the_gateway_knows():
    assert set(terminal_revocation_pages.REASONS) == set(get_args(get_type_hints(revoke_command)["reason"]))


def test_every_act_and_result_has_its_words_on_the_audit_page():
    assert set(ACTS) == set(Act)
    assert set(_RESULTS) == set(Result)
