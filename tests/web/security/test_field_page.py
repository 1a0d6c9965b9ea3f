"""The phone page as the server gives it: to whom, in which language, with which words."""

from __future__ import annotations

import json
import re

import pytest

from dashboard.people import NewPerson

WORD = "correct horse battery"  # of the browsers of this folder

DATA = re.compile(r'<script type="application/json" id="eoc">(.*?)</script>', re.DOTALL)


@pytest.mark.parametrize(
    ("role", "status"),
    [("field", 200), ("desk", 200), ("commander", 200), ("viewer", 403), ("partner", 403)],
)
def test_the_page_opens_for_those_who_report(browser, person, role, status):
    who = browser()
    person(role)
    who.sign_in(f"{role}-real")
    assert who.get("/field").status_code == status


def test_nobody_sees_it_without_signing_in(browser):
    answer = browser().get("/field")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login?next=/field"


def test_a_name_with_markup_cannot_end_the_data_of_the_page(browser, people, person):
    made = person("field")
    name = "</script><script>alert(1)</script>"
    people.roster.put(NewPerson(made.login, name, grants=made.grants), WORD)
    who = browser()
    who.sign_in(made.login)
    page = who.get("/field").text
    assert "<script>alert" not in page
    told = json.loads(DATA.search(page)[1])
    assert told["me"]["name"] == name


def test_english_is_asked_for_once_and_kept(browser, person):
    person("field")
    who = browser()
    who.sign_in("field-real")
    assert '<html lang="ja">' in who.get("/field").text
    page = who.get("/field?lang=en").text
    assert '<html lang="en">' in page
    assert "Take photo" in page
    assert '<html lang="en">' in who.get("/field").text


def test_the_drill_says_so_before_any_script_runs(browser, person):
    person("field", "drill")
    who = browser()
    who.sign_in("field-drill")
    page = who.get("/drill/field").text
    assert '<strong class="drill">訓練</strong>' in page
    assert "<title>【訓練】" in page
    told = json.loads(DATA.search(page)[1])
    assert (told["prefix"], told["realm"]) == ("/drill", "drill")
    assert who.get("/field").status_code == 403


def test_no_script_stands_in_the_page_itself(browser, person):
    person("field")
    who = browser()
    who.sign_in("field-real")
    page = DATA.sub("", who.get("/field").text)
    assert re.findall(r"<script(?![^>]* src=)[^>]*>", page) == []
    assert re.findall(r"\son\w+=", page) == []
