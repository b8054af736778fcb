"""A host's many clans: made quickly, asked, listened to and polled. `python -m tests.scale`."""
