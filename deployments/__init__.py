"""WHERE it runs: schedules, worker, server, the command line that starts it."""
