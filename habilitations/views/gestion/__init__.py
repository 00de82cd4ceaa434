"""Pages des gestionnaires."""
