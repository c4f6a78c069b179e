"""How much to invest against one risk at most: the model of Gordon and Loeb (2002)."""

import math

BREACH_CLASSES = (1, 2)


def best_investment(
    vulnerability: float, loss: float, productivity: float, *, breach_class: int, exponent: float = 1.0
) -> float:
    """The investment z that minimises S(z) * loss + z, in money; 0 where nothing is worth its cost.

    ``vulnerability`` v is the probability of a breach without investment, in (0, 1); ``productivity`` alpha is per unit
    of money; ``exponent`` is beta. Breach class 1 is S = v / (alpha z + 1)^beta, class 2 is S = v^(alpha z + 1) (there
    with beta 1). Raises ValueError for another class, or a vulnerability outside (0, 1).
    Source: Gordon and Loeb, The economics of information security investment, ACM TISSEC 5 (2002), section 3.
    """
    if not 0.0 < vulnerability < 1.0:
        raise ValueError(f"vulnerability is {vulnerability:g}; give a probability between 0 and 1")
    if breach_class not in BREACH_CLASSES:
        raise ValueError(f"breach class is {breach_class}; give 1 or 2")
    if breach_class == 1:
        return_now = exponent * productivity * vulnerability * loss
        best = (return_now ** (1.0 / (exponent + 1.0)) - 1.0) / productivity if return_now > 1.0 else 0.0
    else:
        log_vulnerability = math.log(vulnerability)
        return_now = -productivity * vulnerability * loss * log_vulnerability
        best = -math.log(return_now) / (productivity * log_vulnerability) if return_now > 1.0 else 0.0
    return best
