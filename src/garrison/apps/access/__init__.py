"""Who can get in, and should they: accounts, badges, badge events and access exceptions."""
