"""The command line of people: the staff list of a town hall, tokens, revocation."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.cli.users import tokens, users
from dashboard.config import Settings
from dashboard.errors import Malformed
from dashboard.people import People, open_people
from dashboard.people.staff import read_staff

STAFF = """氏名,職員番号,課,係,班,役割
総務課長,1001,総務課,防災係,,本部長・統括班
情報班1,1002,総務課,情報係,情報班,"本部事務局、情報係"
建設水道課パトロール1,1003,建設水道課,土木係,1班,現場
訓練統制,1004,総務課,防災係,,統制班
"""
BAD = """氏名,職員番号,課,係,班,役割
,2001,総務課,,,
誰か,,総務課,,,

誰か,2002,総務課,,,神
総務課長,1001,総務課,,,
総務課長,1001,総務課,,,
はみ出し,2003,総務課,係,班,現場,余り
"=cmd|' /C calc'!A0",2004,総務課,,,現場
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("EOC_STATE_DIR", str(tmp_path / "var"))

    def invoke(group, *arguments: object, code: int = 0, **more) -> str:
        result = CliRunner().invoke(group, [str(a) for a in arguments], **more)
        assert result.exit_code == code, result.output
        return result.output

    return invoke


@pytest.fixture
def people(tmp_path) -> People:
    opened = open_people(Settings(state_dir=tmp_path / "var"))
    yield opened
    opened.close()


def _file(tmp_path: Path, text: str, encoding: str) -> Path:
    path = tmp_path / "staff.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("encoding", "shown"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("cp932", "CP932")]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_staff_list_is_read_whatever_the_spreadsheet_wrote(encoding, shown, newline):
    staff = read_staff(STAFF.replace("\n", newline).encode(encoding))
    assert staff.encoding.startswith(shown)
    assert staff.faults == []
    names = {line: (p.name, p.department, p.section, p.team) for line, p in staff.people.items()}
    assert names[3] == ("情報班1", "総務課", "情報係", "情報班")
    assert {(g.realm, g.role) for g in staff.people[3].grants} == {
        ("real", "desk"), ("drill", "desk"), ("real", "admin"), ("drill", "admin"),
    }  # fmt: skip
    assert [(g.realm, g.role) for g in staff.people[5].grants] == [("drill", "controller")]


def test_english_headers_do_as_well():
    staff = read_staff(b"name,number,department,section,team,role\nDesk 1,77,GA,,,desk\n")
    assert staff.people[2].login == "77"
    assert {g.role for g in staff.people[2].grants} == {"desk"}


def test_each_bad_line_is_named_with_number_and_value():
    staff = read_staff(BAD.encode("cp932"))
    found = [(fault.line, fault.value) for fault in staff.faults]
    assert found == [
        (2, ""), (3, ""), (5, "神"), (7, "1001"), (8, "はみ出し,2003,総務課,係,班,現場,余り"),
    ]  # fmt: skip
    assert list(staff.people) == [6, 9]


def test_a_line_after_a_cell_with_a_line_break_keeps_its_number():
    staff = read_staff('氏名,職員番号,課\n誰か,3001,"総務\n課"\n,3002,\n'.encode())
    assert [fault.line for fault in staff.faults] == [4]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"name\n\x81 \xff", "neither UTF-8 nor CP932"),
        (b"", "no column"),
        ("名,番\n".encode(), "no column 氏名"),
        (b"name\n" + b"x" * 5_000_001, "at most"),
    ],
)
def test_a_file_that_is_no_staff_list_says_why(raw, message):
    with pytest.raises(Malformed, match=message):
        read_staff(raw)


def test_import_adds_then_updates_and_never_doubles(run, tmp_path, people):
    file = _file(tmp_path, STAFF, "cp932")
    passwords = tmp_path / "first.csv"
    out = run(users, "import", file, "--passwords", passwords)
    assert "CP932" in out
    assert "added 4, brought up to date 0" in out
    rows = [line.split(",") for line in passwords.read_text("utf-8-sig").splitlines()[1:]]
    assert passwords.stat().st_mode & 0o077 == 0
    for login, _, password in rows:
        assert people.roster.check_password(login, password)
    file = _file(tmp_path, STAFF.replace("情報班1", "情報班主任"), "utf-8")
    assert "added 0, brought up to date 4" in run(users, "import", file)
    assert people.roster.by_login("1002").name == "情報班主任"
    assert len(people.roster.all()) == 4


def test_a_dry_run_writes_nothing(run, tmp_path, people):
    run(users, "import", _file(tmp_path, STAFF, "utf-8"), "--dry-run")
    assert people.roster.all() == []
    assert people.teams() == []


def test_good_lines_are_taken_and_bad_ones_told_with_exit_code_1(run, tmp_path, people):
    out = run(users, "import", _file(tmp_path, BAD, "utf-8"), code=1)
    assert "line 5: 役割 '神'" in out
    assert "5 lines not taken" in out
    assert {p.login for p in people.roster.all()} == {"1001", "2004"}


def test_a_name_that_is_a_formula_is_text_in_the_password_file(run, tmp_path):
    run(users, "import", _file(tmp_path, BAD, "utf-8"), "--passwords", tmp_path / "p.csv", code=1)
    assert ",'=cmd" in (tmp_path / "p.csv").read_text("utf-8-sig")


def test_a_password_file_is_never_overwritten(run, tmp_path, people):
    (tmp_path / "p.csv").write_text("mine")
    file = _file(tmp_path, STAFF, "utf-8")
    assert "already" in run(users, "import", file, "--passwords", tmp_path / "p.csv", code=1)
    assert people.roster.all() == []


def test_a_person_is_added_listed_and_revoked(run, people):
    out = run(users, "add", "desk-1", "本部事務局1", "--role", "desk", "--team", "情報班")
    password = out.split("password ")[1].strip()
    assert people.roster.check_password("desk-1", password)
    assert "real:desk" in run(users, "list")
    assert "taken" in run(users, "add", "desk-1", "x", "--role", "desk", code=1)
    run(users, "revoke", "desk-1")
    assert "revoked" in run(users, "list")
    assert people.roster.check_password("desk-1", password) is None
    assert "eoc users list" in run(users, "revoke", "nobody", code=1)


def test_a_password_can_be_typed(run, people):
    run(users, "add", "desk-1", "x", "--role", "desk", "--stdin", input="a long password\n")
    assert people.roster.check_password("desk-1", "a long password")
    run(users, "password", "desk-1", "--stdin", input="another password\n")
    assert people.roster.check_password("desk-1", "another password")
    assert "10 to 200" in run(users, "password", "desk-1", "--stdin", input="x\n", code=1)


def test_a_partner_needs_an_agency_and_an_end(run, people):
    add = ("add", "partner-1", "開発建設部", "--role", "partner", "--realm", "real")
    assert "scope" in run(users, *add, code=1)
    run(users, *add, "--scope", "kaihatsu", "--until", "2030-01-01T00:00:00+09:00")
    assert people.roster.by_login("partner-1").grants[0].scope == "kaihatsu"


def test_a_token_is_shown_once_and_revoked_by_its_id(run, people):
    run(users, "add", "desk-1", "本部事務局1", "--role", "desk")
    out = run(tokens, "add", "gateway", "--person", "desk-1", "--role", "desk")
    fields = dict(line.split() for line in out.splitlines())
    assert people.access.by_secret(fields["token"]).roles("real") == {"desk"}
    listed = run(tokens, "list")
    assert fields["id"] in listed
    assert fields["token"] not in listed
    run(tokens, "revoke", fields["id"])
    assert people.access.by_secret(fields["token"]) is None
