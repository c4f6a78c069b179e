"""What every app stands on: users, commands, scopes, audit, import ledger, jobs and registries."""
