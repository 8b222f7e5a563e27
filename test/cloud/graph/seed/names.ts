/** Names for seeded people: common in several countries, in plain letters that a UPN allows. */
export const GIVEN_NAMES =
  `Adele Aisha Alex Amara Ana Anders Anika Anton Asha Beatriz Ben Carla Carlos Chen Chloe Clara
Daan Daniel Dario David Diego Dmitri Elena Elif Emeka Emil Emma Erik Eva Fatima Felix Finn Freya Gabriel
Giulia Grace Greta Hana Hannah Hassan Helena Henrik Hugo Ibrahim Ida Ines Ingrid Isaac Isla Ivan Jakob Jana
Javier Jonas Julia Kamal Karin Kenji Kofi Lara Lars Laura Leila Leo Lina Lucas Lucia Maja Malik Marco Maria
Marta Mateo Maya Mia Milan Mina Mohamed Nadia Nia Nils Nina Noah Nora Olga Oliver Omar Oscar Paula Pedro Priya
Rafael Rania Ravi Rosa Ryan Sam Samira Sara Sofia Sven Tamar Tara Theo Tomas Uma Vera Victor Wei Yara Yusuf Zoe`
    .split(/\s+/)
    .filter((name) => name !== "");

export const FAMILY_NAMES =
  `Abbott Ahmed Almeida Andersson Bakker Barbieri Bauer Becker Bell Bernard Bianchi Bishop Blom
Brandt Brooks Campos Castillo Chen Clark Costa Cruz Dahl Diaz Dubois Edwards Eriksen Evans Farah Ferrari Fischer
Foster Fuchs Garcia Gill Gomez Greco Haas Hahn Hansen Hassan Hayes Hoffman Holm Hughes Ibarra Ito Iyer Jansen
Jensen Johansson Jones Kaya Keller Khan Kim Klein Koch Kovacs Kumar Lang Larsen Laurent Lee Lehmann Lopez Lund
Marino Martin Mehta Mendes Meyer Moore Moreau Moretti Murphy Nair Nakamura Nguyen Nielsen Novak Okafor Olsen
Ortiz Osei Park Patel Peeters Pereira Petrov Pham Popov Quinn Ramos Rao Reyes Ricci Rossi Roth Santos Sato
Schmidt Schulz Sharma Silva Singh Smith Sousa Suzuki Tan Thomas Torres Turner Visser Vogel Wagner Walker Weber
White Wolf Wong Wright Yamamoto Young Zhang Ziegler`
    .split(/\s+/)
    .filter((name) => name !== "");

export const DEPARTMENTS = [
  "Sales",
  "Finance",
  "Engineering",
  "Human Resources",
  "Legal",
  "Marketing",
  "Operations",
  "Support",
  "Research",
  "Facilities",
] as const;

export const JOB_TITLES = [
  "Analyst",
  "Engineer",
  "Manager",
  "Specialist",
  "Coordinator",
  "Director",
  "Consultant",
  "Assistant",
] as const;

export const OFFICES = [
  "Lisbon",
  "Oslo",
  "Lyon",
  "Graz",
  "Ghent",
  "Turin",
  "Leeds",
  "Kyoto",
] as const;

export const COUNTRIES = ["PT", "NO", "FR", "AT", "BE", "IT", "GB", "JP"] as const;

/** Topics for group names. */
export const GROUP_TOPICS = [
  "All Staff",
  "Project",
  "Team",
  "VPN Users",
  "Printers",
  "Licenses",
  "Building Access",
  "App Users",
] as const;
