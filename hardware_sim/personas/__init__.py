"""Invented people, one TOML file each; read by path, by hardware_sim.people and by whoever fills the centre.

No real person may come in. The numbers carry right check digits and a county code (110199) that was never given out.
"""
