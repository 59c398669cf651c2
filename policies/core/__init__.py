"""What every rule is made of: facts, plan, clock, outcomes, waivers."""
