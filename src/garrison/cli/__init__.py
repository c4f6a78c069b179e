"""The ``garrison`` command: one module for each family of subcommands, imported when it is used."""
