"""Records become a run; a run becomes counts and design frames. Everything to the right is a function of these."""
