/**
 * Whether the tenant's runner may open a batch now. `held` and `cancelled`: it has ended, and its marker
 * is deleted. `wait`: it is asked again at `untilMs`, by the wall clock.
 */
export type Admission =
  | { readonly kind: "run" }
  | { readonly kind: "held" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "wait"; readonly untilMs: number };
