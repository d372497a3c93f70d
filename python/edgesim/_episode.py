"""One simulated episode."""

from __future__ import annotations

from typing import Any

import pandas as pd


class Episode:
    """What happened in one episode, request by request and watt by watt.

    Attributes:
        requests: one row per dispatched or rejected request: request, class, action, arrival_s, dispatched_s,
            ended_s, energy_j, peak_w, reward, score (0 to 10), completed, rejected, cap_exceeded, late.
        power: one row per stretch of constant power, in order and without gaps: start_s, length_s, request
            (-1 while the device idles), one column `<rail>_w` per rail, and total_w.
        reward: sum over requests.
        energy_j: spent in all, J.
        budget_j, budget_used: the budget, J, and the share of it that was used.
        cap_w: the power cap, W, or None.
        end_reason: "requests done", "horizon", "energy exhausted" or "cap exceeded".
        end_s: when it ended, s.
        unserved: requests still waiting then.
    """

    def __init__(self, policy: str, replica: int, episode: int, figures: dict[str, Any]) -> None:
        self.policy, self.replica, self.episode = policy, replica, episode
        self.requests = pd.DataFrame(figures["requests"])
        self.power = pd.DataFrame(figures["power"])
        self.reward: float = figures["reward"]
        self.energy_j: float = figures["energy_j"]
        self.budget_j: float = figures["budget_j"]
        self.budget_used: float = figures["budget_used"]
        self.cap_w: float | None = figures["cap_w"]
        self.end_reason: str = figures["end_reason"]
        self.end_s: float = figures["end_s"]
        self.unserved: int = figures["unserved"]

    def __repr__(self) -> str:
        return (
            f"<edgesim.Episode {self.episode} of {self.policy}, replica {self.replica}: reward {self.reward:.2f}, "
            f"{self.energy_j:.0f} J, {self.end_reason}>"
        )
