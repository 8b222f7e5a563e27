export type KeyType = "RSA" | "EC" | "RSA-HSM" | "EC-HSM";

const types: readonly KeyType[] = ["RSA", "EC", "RSA-HSM", "EC-HSM"];

/** The type that a body names; managed HSMs have others. */
export const keyTypeIn = (kty: unknown): KeyType | undefined => types.find((each) => each === kty);

/** Whether keys of the type are in an HSM. */
export const isInHsm = (type: KeyType): boolean => type.endsWith("-HSM");
