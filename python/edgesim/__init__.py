"""Discrete-event simulation of edge inference under energy and power limits."""

from edgesim._edgesim import __version__

__all__ = ["__version__"]
