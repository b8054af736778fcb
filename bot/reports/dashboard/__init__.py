"""The dashboard: a page of the whole clan that opens from disk, arranged first and written then."""
