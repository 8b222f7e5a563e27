import { list, required } from "../../catalogue/fields.ts";
import type { Field } from "../../catalogue/payload.ts";

/** Graph names no limit; a tenant has some dozens of products. */
const MOST = 100;

/** Products by part number or SKU id. */
const products = list(128, MOST);

type Names = Field<readonly string[], false, true>;

/** Products, or `(clear)` for none. */
const productsOrNone: Names = { ...products, clearable: true };

/** Service plans by name or id, or `product/plan`; `(clear)` for none. */
const plans: Names = { ...list(260, MOST * 20), clearable: true };

/** The columns of each way to change licenses, beside the one that names the object. */
export const licenseFields = {
  assign: { licenses: required(products), disabledPlans: plans },
  remove: { licenses: required(products) },
  swap: { remove: required(products), add: required(products), disabledPlans: plans },
  set: { licenses: { ...required(productsOrNone), isWhole: true as const }, disabledPlans: plans },
} as const;
