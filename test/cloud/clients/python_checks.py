"""Runs named checks and counts those that fail; beside the programs that python.sh runs."""
import sys
import traceback

passed = []
failed = []


def check(name):
    """Runs the function at once; it fails by raising."""

    def run(function):
        try:
            function()
        except Exception as error:  # every failure is reported, and the rest still run
            failed.append(name)
            print(f"FAILED {name}: {type(error).__name__}: {str(error)[:600]}")
            if not isinstance(error, AssertionError) and "-v" in sys.argv:
                traceback.print_exc()
        else:
            passed.append(name)
            print(f"  ok  {name}")

    return run


def refuses(kind, function, *parts):
    """The call must raise an error of this kind whose text has all the parts."""
    try:
        function()
    except kind as error:
        for part in parts:
            assert part in str(error), f"{part!r} is not in {error}"
        return error
    raise AssertionError(f"no {kind.__name__}")


def finish(what):
    print(f"{what}: {len(passed)} checks passed, {len(failed)} failed.")
    sys.exit(1 if failed else 0)
