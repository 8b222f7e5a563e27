using Microsoft.Graph.Models.ODataErrors;

/// Runs named checks one after the other and counts those that fail.
static class Checks
{
    static int passed;
    static int failed;

    public static async Task Check(string name, Func<Task> run)
    {
        try
        {
            await run();
            passed++;
            Console.WriteLine($"  ok  {name}");
        }
        catch (Exception error)
        {
            failed++;
            var said = error is ODataError graph ? $"{graph.ResponseStatusCode} {graph.Error?.Code} {graph.Error?.Message}" : error.Message;
            Console.WriteLine($"FAILED {name}: {error.GetType().Name}: {said}");
        }
    }

    public static void Equal<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual)) throw new Exception($"{actual} instead of {expected}");
    }

    public static void True(bool holds, string what = "it does not hold")
    {
        if (!holds) throw new Exception(what);
    }

    /// Graph must refuse with this status and code; returns its message.
    public static async Task<string> Refused(int status, string code, Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (ODataError error)
        {
            Equal((status, code), (error.ResponseStatusCode, error.Error?.Code ?? ""));
            return error.Error?.Message ?? "";
        }
        throw new Exception("not refused");
    }

    public static int Finish()
    {
        Console.WriteLine($"Microsoft Graph SDK for .NET: {passed} checks passed, {failed} failed.");
        return failed == 0 ? 0 : 1;
    }
}
