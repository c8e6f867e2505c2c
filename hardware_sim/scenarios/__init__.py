"""The scenarios that come along, one TOML file each; the form is described in `hardware_sim.scenario.scenario`."""
