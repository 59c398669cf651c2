"""The command `preflight`: from nothing to a verdict on one screen, by the real engine with the policy pack on."""
