"""The application: rules, reports, services, wiring and the command line."""
