"""The stand-alone calculators through their command line: figures, tables, and refusals that say where and what."""

import json
import math
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from garrison.cli import calc
from garrison.cli.calc import reading

runner = CliRunner()


def scenario(name="a", rate=0.5, **severity):
    severity = severity or {"distribution": "lognormal", "low": 1e4, "high": 1e6}
    return {"name": name, "frequency": {"distribution": "poisson", "rate": rate}, "severity": severity}


def portfolio(*scenarios):
    return {"currency": "EUR", "scenarios": list(scenarios)}


def plan_document(**changes):
    document = {
        "risks": [{"name": "r", "annual_loss": 100}, {"name": "q", "annual_loss": 50}],
        "initiatives": [
            {"name": "x", "cost": 5, "effectiveness": {"r": 0.5}},
            {"name": "y", "cost": 5, "effectiveness": {"q": 1.0}, "requires": ["x"], "excludes": []},
        ],
    }
    return document | changes


def run(command, document, *options):
    content = document if isinstance(document, str | bytes) else json.dumps(document)
    return runner.invoke(calc.app, [command, "-", *options], input=content)


def test_loss_of_l4():
    """Reference value L4."""
    document = portfolio(scenario(rate=0.1, distribution="fixed", value=1_000_000))
    result = run("loss", document, "--exceed", "1000000", "--exceed", "2e6", "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["currency"] == "EUR"
    assert [s["name"] for s in answer["scenarios"]] == ["a"]
    whole = answer["portfolio"]
    assert list(whole) == ["mean", "sd", "quantiles", "exceedance", "buckets", "step"]
    assert list(whole["quantiles"]) == ["0.5", "0.9", "0.95", "0.99", "0.995"]
    assert whole["quantiles"]["0.95"] == {"lower": 1e6, "upper": 1e6}
    assert whole["exceedance"][0]["threshold"] == 1e6
    assert whole["exceedance"][0]["lower"] == pytest.approx(0.0951626, abs=5e-8)
    assert whole["exceedance"][1]["upper"] == pytest.approx(1 - 1.1 * math.exp(-0.1))


def test_loss_of_l3_in_more_buckets():
    """Reference value L3."""
    result = run("loss", portfolio(scenario()), "--buckets", "1000000", "--json")
    whole = json.loads(result.stdout)["portfolio"]
    assert whole["buckets"] == 2**20
    assert 1_888_275 <= whole["quantiles"]["0.99"]["lower"] <= whole["quantiles"]["0.99"]["upper"] <= 1_889_229


def test_loss_of_several_kinds(tmp_path):
    path = tmp_path / "scenarios.json"
    document = portfolio(
        scenario("lognormal", distribution="lognormal", mu=10, sigma=1),
        scenario("gamma") | {"severity": {"distribution": "gamma", "shape": 2, "rate": 1e-4}},
        scenario("exponential") | {"severity": {"distribution": "exponential", "rate": 1e-5}},
        scenario("pert", distribution="pert", min=1e4, mode=5e4, max=5e5),
        scenario("never", rate=0, distribution="fixed", value=10),
    )
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(document).encode())
    result = runner.invoke(calc.app, ["loss", str(path), "--json"])
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    means = {s["name"]: s["mean"] for s in answer["scenarios"]}
    assert means["pert"] == pytest.approx(118_333.33 / 2, abs=0.01)
    assert means["never"] == 0
    assert answer["portfolio"]["mean"] == pytest.approx(sum(means.values()))
    assert all(q["lower"] <= q["upper"] for s in answer["scenarios"] for q in s["quantiles"].values())


def test_loss_as_a_table():
    result = run("loss", portfolio(scenario(), scenario("b", 0.1, distribution="fixed", value=1e6)), "--exceed", "1e6")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "EUR" in lines[0]
    assert lines[1].split()[0] == "Scenario"
    assert "P(>= 1,000,000)" in lines[1]
    assert [line.split()[0] for line in lines[2:]] == ["a", "b", "Portfolio"]


def test_currency_is_usd_unless_given():
    result = run("loss", {"scenarios": [scenario()]}, "--json")
    assert json.loads(result.stdout)["currency"] == "USD"


def test_plan_in_json():
    result = run("plan", plan_document(), "--budget", "10", "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert list(answer) == ["chosen", "residual", "bound", "gap", "greedy_residual"]
    assert answer["chosen"] == ["x", "y"]
    assert answer["residual"] == pytest.approx(50)
    assert 0 <= answer["gap"] < 1e-6


def test_plan_as_a_table():
    result = run("plan", plan_document(currency="EUR"), "--budget", "7.5")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split() == ["x", "5.00"]
    assert "of 7.50" in result.stdout
    assert "No plan leaves less than" in result.stdout


def test_a_budget_of_nothing_buys_nothing():
    result = run("plan", plan_document(), "--budget", "0", "--json")
    assert json.loads(result.stdout)["chosen"] == []


def broken(severity):
    return portfolio(scenario("ok"), scenario("bad") | {"severity": severity})


LOSS_REFUSALS = [
    (b"\xff\xfe{}", "is not JSON"),
    ("", "is not JSON"),
    ('{"scenarios": [', "is not JSON"),
    ("[" * 100_000, "is not JSON"),
    ('{"scenarios": NaN}', "is not JSON"),
    ('"text"', "the document is a text; give an object"),
    ("3", "the document is a number"),
    ("null", "the document is null"),
    ({"currency": "USD"}, "scenarios is missing; add it"),
    ({"currency": " ", "scenarios": []}, "currency"),
    ({"currency": "", "scenarios": []}, "currency is blank"),
    ({"scenarios": {}}, "scenarios is an object; give a list"),
    ({"scenarios": []}, "scenarios is empty"),
    ({"scenarios": [1]}, "scenarios[0] is a number; give an object"),
    ({"scenarios": [scenario()] * 2_001}, "at most 2,000"),
    ({"scenarios": [scenario()], "more": 1}, "unknown field 'more'"),
    (portfolio(scenario(), scenario()), "scenarios[1].name is 'a', as scenarios[0].name is"),
    (portfolio(scenario(name="")), "scenarios[0].name"),
    (portfolio(scenario(name=3)), "scenarios[0].name is a number"),
    (portfolio(scenario(rate=-1)), "scenarios[0].frequency.rate is -1; give a number from 0"),
    (portfolio(scenario(rate=1e300)), "scenarios[0].frequency.rate"),
    (portfolio(scenario(rate=True)), "scenarios[0].frequency.rate is true or false"),
    (portfolio(scenario(rate="5")), "scenarios[0].frequency.rate is a text"),
    (portfolio(scenario(rate=10**400)), "scenarios[0].frequency.rate"),
    (portfolio(scenario() | {"frequency": {"distribution": "binomial", "rate": 1}}), "frequency.distribution"),
    (portfolio(scenario() | {"frequency": {"rate": 1}}), "frequency.distribution is missing"),
    (broken({"distribution": "weibull"}), "scenarios[1].severity.distribution is 'weibull'; give one of lognormal"),
    (broken({"low": 1, "high": 2}), "scenarios[1].severity.distribution is missing"),
    (broken({"distribution": "lognormal"}), "scenarios[1].severity.low is missing"),
    (broken({"distribution": "lognormal", "mu": 1}), "scenarios[1].severity.sigma is missing"),
    (broken({"distribution": "lognormal", "low": 9, "high": 1}), "scenarios[1].severity.low is 9, which is not below"),
    (broken({"distribution": "lognormal", "low": 1, "high": 2, "mu": 1}), "scenarios[1].severity.mu does not go with"),
    (broken({"distribution": "lognormal", "low": 1, "high": 1e300}), "scenarios[1].severity.high"),
    (broken({"distribution": "gamma", "shape": -1, "rate": 1}), "scenarios[1].severity.shape"),
    (broken({"distribution": "exponential", "rate": 0}), "scenarios[1].severity.rate"),
    (broken({"distribution": "pert", "min": 5, "mode": 1, "max": 9}), "scenarios[1].severity.mode"),
    (broken({"distribution": "fixed", "value": 0}), "scenarios[1].severity.value"),
    (broken({"distribution": "fixed", "value": None}), "scenarios[1].severity.value is null"),
    (broken([]), "scenarios[1].severity is a list"),
]


@pytest.mark.parametrize(("document", "says"), LOSS_REFUSALS)
def test_refused_scenarios(document, says):
    result = run("loss", document)
    assert result.exit_code == 2
    assert "standard input: " in result.stderr
    assert says in result.stderr
    assert "Traceback" not in result.output


def initiatives(**changes):
    return plan_document(initiatives=[{"name": "x", "cost": 1, "effectiveness": {"r": 0.5}} | changes])


PLAN_REFUSALS = [
    ({"risks": []}, "initiatives is missing"),
    (plan_document(risks=[]), "risks is empty"),
    (plan_document(initiatives=[]), "initiatives is empty"),
    (plan_document(risks=[{"name": "r"}]), "risks[0].annual_loss is missing"),
    (plan_document(risks=[{"name": "r", "annual_loss": -1}]), "risks[0].annual_loss is -1"),
    (plan_document(risks=[{"name": "r", "annual_loss": 1}] * 2), "risks[1].name"),
    (initiatives(effectiveness={"nope": 0.5}), "initiatives[0].effectiveness.nope names no risk"),
    (initiatives(effectiveness={"r": 50}), "initiatives[0].effectiveness.r is 50; give a number from 0 to 1"),
    (initiatives(effectiveness=[0.5]), "initiatives[0].effectiveness is a list; give an object"),
    (initiatives(cost=1e300), "initiatives[0].cost"),
    (initiatives(requires="x"), "initiatives[0].requires is a text; give a list"),
    (initiatives(requires=[3]), "initiatives[0].requires[0] is a number; give a text"),
    (initiatives(requires=["x"]), "initiatives[0].requires[0] names 'x' itself"),
    (initiatives(excludes=["x"]), "initiatives[0].excludes[0] names 'x' itself"),
    (initiatives(excludes=["z"]), "initiatives[0].excludes[0] names 'z', which is no initiative"),
    (
        plan_document(initiatives=[{"name": n, "cost": 1, "requires": [m]} for n, m in ("ab", "ba")]),
        "initiatives[1].requires goes in a circle (a requires b requires a)",
    ),
]


@pytest.mark.parametrize(("document", "says"), PLAN_REFUSALS)
def test_refused_plans(document, says):
    result = run("plan", document, "--budget", "10")
    assert result.exit_code == 2
    assert says in result.stderr
    assert "Traceback" not in result.output


def test_a_file_that_is_not_there(tmp_path):
    result = runner.invoke(calc.app, ["loss", str(tmp_path / "none.json")])
    assert result.exit_code == 2
    assert "none.json: cannot be read" in result.stderr
    assert runner.invoke(calc.app, ["loss", str(tmp_path)]).exit_code == 2


def test_a_huge_file(tmp_path):
    path = tmp_path / "huge.json"
    path.write_bytes(b" " * (reading.MOST_BYTES + 1))
    result = runner.invoke(calc.app, ["loss", str(path)])
    assert result.exit_code == 2
    assert "larger than 16 MB" in result.stderr


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("loss", ["--exceed", "nan"]),
        ("loss", ["--exceed", "-1"]),
        ("loss", ["--exceed", "x"]),
        ("loss", ["--buckets", "3"]),
        ("loss", ["--buckets", "99999999"]),
        ("plan", ["--budget", "nan"]),
        ("plan", ["--budget", "-1"]),
        ("plan", []),
    ],
)
def test_refused_options(command, options):
    result = run(command, portfolio(scenario()) if command == "loss" else plan_document(), *options)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_the_module_is_cheap_to_import():
    program = "import sys, garrison.cli.calc; sys.exit(any(m in sys.modules for m in ('numpy', 'highspy', 'msgspec')))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
