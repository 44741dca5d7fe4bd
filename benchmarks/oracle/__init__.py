"""An oracle for training: the contract's equations in decimals of fifty digits, without tracer."""
