@echo off
rem One look of the watchdog, for Task Scheduler; docs\hosting.md has the line that sets it up.
cd /d "%~dp0.."
.venv\Scripts\clanstats.exe watchdog --once
