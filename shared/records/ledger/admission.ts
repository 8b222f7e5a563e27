/**
 * Whether the tenant's runner may open a batch now. `held` and `cancelled`: it has ended, and its marker
 * is deleted. `wait`: it is asked again at `untilMs`, by the wall clock. `pause`: nothing more of it is sent until
 * a person resumes it.
 */
export type Admission =
  | { readonly kind: "run" }
  | { readonly kind: "held" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "wait"; readonly untilMs: number }
  /** `reason`: in whole sentences. */
  | { readonly kind: "pause"; readonly policy: "passwords"; readonly reason: string };
