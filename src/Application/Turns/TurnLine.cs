using ModelOps.Domain;

namespace ModelOps.Application.Turns;

/// <summary>
/// A line for expensive work. A fixed number of turns run at the same time, and the users who wait get the next turns alternately, however
/// many requests each of them has sent. Thread-safe.
/// </summary>
/// <param name="running">Turns that run at the same time, of all users.</param>
/// <param name="runningPerUser">Turns of one user that run at the same time.</param>
/// <param name="placesPerUser">Requests of one user that run or wait. A further request is refused.</param>
/// <param name="places">Requests of all users that run or wait.</param>
internal sealed class TurnLine(int running, int runningPerUser, int placesPerUser, int places)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, User> _users = new(StringComparer.Ordinal);

    /// <summary>The users with a waiting request; the first one is next.</summary>
    private readonly LinkedList<User> _next = [];

    private int _places;
    private int _running;

    /// <summary>Takes a place in the line. It is held until it is disposed, also while its turn runs.</summary>
    /// <exception cref="RefusalException"><c>too_busy</c>: no place is free, for this user or for anybody.</exception>
    public TurnPlace Take(string user)
    {
        lock (_lock)
        {
            var of = _users.GetValueOrDefault(user) ?? new User(user);
            if (_places == places || of.Places == placesPerUser)
            {
                throw TurnRefusals.TooBusy();
            }

            _users[user] = of;
            _places++;
            of.Places++;
            return new Place(this, of);
        }
    }

    private Task StartAsync(Place place, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var user = place.User;
            if (_running < running && user.Running < runningPerUser && user.Waiting.Count == 0)
            {
                Run(place);
                return Task.CompletedTask;
            }

            place.Turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            user.Waiting.AddLast(place);
            if (user.Waiting.Count == 1)
            {
                _next.AddLast(user);
            }
        }

        return place.Turn.Task.WaitAsync(cancellationToken);
    }

    private void Run(Place place)
    {
        place.IsRunning = true;
        place.User.Running++;
        _running++;
    }

    private void Leave(Place place)
    {
        lock (_lock)
        {
            var user = place.User;
            if (place.IsRunning)
            {
                user.Running--;
                _running--;
            }
            else if (user.Waiting.Remove(place) && user.Waiting.Count == 0)
            {
                _next.Remove(user);
            }

            _places--;
            if (--user.Places == 0)
            {
                _users.Remove(user.Name);
            }

            Admit();
        }
    }

    private void Admit()
    {
        for (var node = _next.First; node is not null && _running < running;)
        {
            var (user, following) = (node.Value, node.Next);
            if (user.Running < runningPerUser)
            {
                var place = user.Waiting.First!.Value;
                user.Waiting.RemoveFirst();
                _next.Remove(node);
                if (user.Waiting.Count > 0)
                {
                    _next.AddLast(user);
                    following ??= _next.Last;
                }

                Run(place);
                place.Turn!.SetResult();
            }

            node = following;
        }
    }

    private sealed class User(string name)
    {
        public string Name => name;

        public int Places { get; set; }

        public int Running { get; set; }

        public LinkedList<Place> Waiting { get; } = [];
    }

    private sealed class Place(TurnLine line, User user) : TurnPlace
    {
        private bool _left;

        public User User => user;

        public bool IsRunning { get; set; }

        public TaskCompletionSource? Turn { get; set; }

        public override Task StartAsync(CancellationToken cancellationToken) => line.StartAsync(this, cancellationToken);

        public override void Dispose()
        {
            if (!_left)
            {
                _left = true;
                line.Leave(this);
            }
        }
    }
}

/// <summary>A place in a line. Disposing it ends its turn, or gives up waiting for it.</summary>
public abstract class TurnPlace : IDisposable
{
    /// <summary>Waits for the turn. Call it once.</summary>
    public abstract Task StartAsync(CancellationToken cancellationToken);

    public abstract void Dispose();
}
