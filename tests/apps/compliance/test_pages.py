"""Pages of compliance: the tree in few statements, profiles that borrow titles, and one requirement."""

import pytest
from django.urls import reverse
from tests.kit.batches import store

from garrison.apps.compliance import services
from garrison.apps.compliance.models import Framework, Requirement
from garrison.formats.facts import FrameworkFact, RequirementFact

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

pytestmark = pytest.mark.django_db(databases="__all__")

STATEMENTS = 18
"""A page's ceiling, the frame with its counts included; it does not grow with rows."""
CATALOGUE = FrameworkFact(ident="cat", title="A catalogue", version="5")
PROFILE = FrameworkFact(ident="cat-profile", title="A profile", kind="profile", source="cat.json")


@pytest.fixture
def frameworks(system):
    rows = [
        RequirementFact(
            framework="cat",
            code=f"r-{n}",
            label=f"R-{n}",
            title=f"Requirement {n}",
            group=f"Group {n % 7}",
            text="Lock <doors>.",
            order=n,
        )
        for n in range(1, 1200)
    ]
    below = RequirementFact(
        framework="cat", code="r-1.1", title="Below the first", parent="r-1", group="Group 1", order=1200
    )
    gone = RequirementFact(framework="cat", code="r-old", title="Old one", withdrawn=True, order=1201)
    store(services.import_frameworks, system, CATALOGUE, PROFILE)
    store(services.import_requirements, system, *rows, below, gone, beside=[CATALOGUE])
    picked = [RequirementFact(framework="cat-profile", code=code, order=n) for n, code in enumerate(("r-1", "r-404"))]
    store(services.import_requirements, system, *picked, beside=[PROFILE])


@pytest.fixture
def signed(client, make_user):
    client.force_login(make_user("rae", "reader", "/ANY/"), backend=BACKEND)
    client.get("/compliance/")
    return client


def test_the_tree_takes_few_statements(frameworks, signed, django_assert_max_num_queries):
    url = reverse("compliance:framework", args=[Framework.objects.get(ident="cat").uuid])
    with django_assert_max_num_queries(STATEMENTS):
        found = signed.get(url).content.decode()
    assert "Requirement 1199" in found
    assert "1,200 requirements in force" in found
    assert 'class="d1"' in found
    assert "Requirement 42" in signed.get(f"{url}?q=R-42").content.decode()
    assert "Nothing matches" in signed.get(f"{url}?q=zzz").content.decode()


def test_a_profile_borrows_titles(frameworks, signed, django_assert_max_num_queries):
    url = reverse("compliance:framework", args=[Framework.objects.get(kind="profile").uuid])
    with django_assert_max_num_queries(STATEMENTS):
        found = signed.get(url).content.decode()
    assert "Requirement 1<" in found
    assert "r-404" in found


def test_a_requirement(frameworks, signed):
    one = signed.get(
        reverse("compliance:requirement", args=[Requirement.objects.get(code="r-1", framework__ident="cat").uuid])
    ).content.decode()
    assert "Lock &lt;doors&gt;." in one
    assert "Below the first" in one
    assert "A profile" in one
    child = signed.get(
        reverse("compliance:requirement", args=[Requirement.objects.get(code="r-1.1").uuid])
    ).content.decode()
    assert "Part of" in child
    profile = signed.get(
        reverse("compliance:requirement", args=[Requirement.objects.get(code="r-404", framework__kind="profile").uuid])
    ).content.decode()
    assert "their wording is in the catalogue" in profile
    assert b"Requirement 42" in signed.get("/search/?q=r-42", headers={"HX-Request": "true"}).content


def test_the_list(frameworks, signed, django_assert_max_num_queries):
    with django_assert_max_num_queries(STATEMENTS):
        found = signed.get("/compliance/frameworks/").content.decode()
    assert "2 frameworks with 1,202 requirements in force" in found
    assert b"ident" in b"".join(signed.get("/compliance/frameworks/?format=csv").streaming_content)


def test_an_empty_list_says_what_would_fill_it(signed):
    assert b"No frameworks yet" in signed.get("/compliance/frameworks/").content
    assert b"No control is mapped" in signed.get("/compliance/").content
