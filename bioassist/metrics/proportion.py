"""How well a share is known that was seen in so many trials."""

from __future__ import annotations

import math

# Two-sided 95% of a normal distribution.
Z = 1.959963984540054


def wilson(successes: int, trials: int, z: float = Z) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927, JASA 22:209-212), at 95% unless `z` is given; (0, 1) without trials.

    Unlike the share plus or minus two standard errors it stays within 0 and 1, and says something of 20 of 20.
    """
    if not trials:
        return (0.0, 1.0)
    share = successes / trials
    middle = share + z * z / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return (max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale))
