"""SciPy is the oracle: each function is held to half the error that the engine adds to its bounds for it."""

import numpy as np
import pytest
from scipy import special as oracle

from garrison.engines.loss import special


def test_erfc_keeps_relative_accuracy_far_into_the_tail():
    x = np.linspace(-6, 26, 100_001)
    assert np.abs(special.erfc(x) / oracle.erfc(x) - 1).max() < 1e-13
    assert special.erfc(np.array([40.0]))[0] < 1e-300


def test_erf():
    x = np.linspace(-6, 6, 20_001)
    assert np.abs(special.erf(x) - oracle.erf(x)).max() < 1e-15


def test_normal_cdf():
    z = np.linspace(-38, 38, 100_001)
    assert np.abs(special.normal_cdf(z) - oracle.ndtr(z)).max() < special.NORMAL_CDF_ERROR / 1.5


def test_normal_quantile():
    p = np.concatenate([np.logspace(-300, -1, 3000), np.linspace(0.001, 0.999, 999), 1 - np.logspace(-10, -1, 90)])
    expected = oracle.ndtri(p)
    assert np.abs((special.normal_quantile(p) - expected) / np.maximum(1, np.abs(expected))).max() < 1e-14
    assert special.normal_quantile(np.array([0.0, 1.0])).tolist() == [-np.inf, np.inf]


@pytest.mark.parametrize("shape", [0.001, 0.01, 0.1, 0.5, 1, 2, 3.3, 9.9, 29.9, 30, 31, 50, 300, 1e3, 1e4])
def test_gamma_cdf(shape):
    x = np.concatenate([np.logspace(-12, 0, 500) * shape, np.linspace(-1, shape + 12 * np.sqrt(shape) + 40, 4000)])
    expected = oracle.gammainc(shape, np.maximum(x, 0))
    assert np.abs(special.gamma_cdf(shape, x) - expected).max() < special.GAMMA_CDF_ERROR / 2


@pytest.mark.parametrize("a", np.linspace(1, 5, 17))
def test_beta_cdf(a):
    x = np.concatenate([np.linspace(-0.1, 1.1, 5001), np.logspace(-14, -1, 300), 1 - np.logspace(-14, -1, 300)])
    expected = oracle.betainc(a, 6 - a, np.clip(x, 0, 1))
    assert np.abs(special.beta_cdf(a, 6 - a, x) - expected).max() < special.BETA_CDF_ERROR / 2


def test_densities_are_the_derivatives():
    x = np.linspace(0.05, 0.95, 91)
    for cdf, density in (
        (lambda v: special.beta_cdf(2.2, 3.8, v), special.beta_density(2.2, 3.8, x)),
        (lambda v: special.gamma_cdf(1.7, v), special.gamma_density(1.7, x)),
        (lambda v: special.gamma_cdf(40.0, 40 * v), 40 * special.gamma_density(40.0, 40 * x)),
    ):
        assert np.abs((cdf(x + 1e-6) - cdf(x - 1e-6)) / 2e-6 - density).max() < 1e-7
    assert special.gamma_density(2.0, np.array([-1.0, 0.0])).tolist() == [0.0, 0.0]
    assert special.beta_density(2.0, 4.0, np.array([-1.0, 2.0])).tolist() == [0.0, 0.0]
