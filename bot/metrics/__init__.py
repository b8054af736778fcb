"""What Prometheus is told while the bot runs, and whether it lives and is ready.

Imported only where a port is set: without one nothing is measured, and nothing of it is loaded.
"""

from bot.metrics.serving import serving
from bot.metrics.telemetry import Telemetry

__all__ = ["Telemetry", "serving"]
