@echo off
rem Starts the bot in this folder, and again a minute after it ended by a fault.
cd /d "%~dp0.."
if not exist .env (
  echo There is no .env in %CD%. Copy .env.example to .env and fill it in.
  pause
  exit /b 2
)
:again
.venv\Scripts\clanstats.exe run
set ended=%errorlevel%
if %ended%==0 exit /b 0
if %ended%==2 (
  pause
  exit /b 2
)
echo The bot ended with %ended%. It starts again in a minute.
timeout /t 60 /nobreak >nul
goto again
