"""The clan's dashboard as a file that an officer can open and send on."""

from cogs.dashboard.answer import FOLDER, ONE_FILE, dashboard_answer

__all__ = ["FOLDER", "ONE_FILE", "dashboard_answer"]
