import type { DoneRow, Inverse } from "../../catalogue/inverse.ts";
import { isSame } from "../../catalogue/same-value.ts";
import { recordOf } from "../../core/record.ts";
import { changedNothing, lacksBefore } from "../user/values-back.ts";
import { textsIn } from "./decide-licenses.ts";
import { idIn } from "./skus.ts";

/**
 * Gives back each license that the row changed, with the plans that were disabled, and takes away those that it
 * gave, if the object still has what the row left. `holder`: the column and the operations' first word.
 */
export const licensesBack =
  (holder: "user" | "group") =>
  ({ object, set, before }: DoneRow): Inverse => {
    if (before === undefined) return lacksBefore;
    const changed = Object.keys(set).filter((name) => !isSame(before[name], set[name]));
    const [first] = changed;
    if (first === undefined) return changedNothing;
    const isHeld = (name: string): boolean => recordOf(before[name])["assigned"] === true;
    const add = changed.filter(isHeld);
    const remove = changed.filter((name) => !isHeld(name)).map(idIn);
    const plans = add.flatMap((name) =>
      textsIn(recordOf(before[name])["disabledPlans"]).map((plan) => `${idIn(name)}/${plan}`),
    );
    const disabledPlans = plans.length > 0 ? plans : null;
    const ids = add.map(idIn);
    const onlyIf = Object.fromEntries(changed.map((name) => [name, set[name]]));
    const about = { [holder]: object };
    if (ids.length === 0) {
      return {
        operation: `${holder}.remove-license`,
        cells: { ...about, licenses: remove },
        onlyIf,
      };
    }
    return remove.length === 0
      ? {
          operation: `${holder}.assign-license`,
          cells: { ...about, licenses: ids, disabledPlans },
          onlyIf,
        }
      : {
          operation: `${holder}.swap-license`,
          cells: { ...about, remove, add: ids, disabledPlans },
          onlyIf,
        };
  };
