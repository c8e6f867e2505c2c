"""An invented population: people, cards, enrolments, contributions, benefits and cases that agree with one another.

The same seed, size, day and personas give the same rows. Nobody in it exists: the district of every ID number was never
given out, and the city is invented. It knows the row types of the snapshot and nothing of gateway or terminal.
"""

from sync.gateway.population.generate import Population, generate
from sync.gateway.population.person import InventedPerson
from sync.gateway.population.personas import PersonaUnfit, read_personas

__all__ = ["InventedPerson", "PersonaUnfit", "Population", "generate", "read_personas"]
