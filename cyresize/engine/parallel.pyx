"""How many threads a call may use now, and what keeps OpenMP alive across a fork.

libgomp keeps the threads of a team for the next parallel region of the same thread. A forked child inherits the list
but not the threads, and waits for them forever. So the parent gives its pool back just before the fork; a child whose
parent could not do that never enters a parallel region. Other runtimes look after themselves.
"""

from contextvars import ContextVar

from cpython.contextvars cimport PyContextVar_Get
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF

cdef extern from *:
    """
    #ifdef _OPENMP
    #include <omp.h>
    #define CYRESIZE_OPENMP _OPENMP
    #else
    #define CYRESIZE_OPENMP 0
    static int omp_get_max_threads(void) { return 1; }
    #endif

    #ifdef _WIN32
    #include <intrin.h>
    #define CYRESIZE_THREAD_LOCAL
    #define cyresize_exchange(at, seen, value) (_InterlockedCompareExchange((long*) (at), value, seen) == (seen))
    #define cyresize_add(at, value) ((int) _InterlockedExchangeAdd((long*) (at), value))
    typedef int (*cyresize_pause_fn)(int);
    static const char* cyresize_openmp_library(void) { return CYRESIZE_OPENMP ? "vcomp" : ""; }
    static cyresize_pause_fn cyresize_find_pause(void) { return NULL; }
    static int cyresize_at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void)) { return 0; }
    #else
    #include <dlfcn.h>
    #include <pthread.h>
    #define CYRESIZE_THREAD_LOCAL __thread
    #define cyresize_exchange(at, seen, value) __sync_bool_compare_and_swap(at, seen, value)
    #define cyresize_add(at, value) __sync_fetch_and_add(at, value)
    #define cyresize_at_fork pthread_atfork
    typedef int (*cyresize_pause_fn)(int);

    /* The file that the OpenMP calls of this build go to. */
    static const char* cyresize_openmp_library(void) {
        Dl_info info;
        if (!CYRESIZE_OPENMP || !dladdr((void*) omp_get_max_threads, &info) || !info.dli_fname) return "";
        return info.dli_fname;
    }

    static cyresize_pause_fn cyresize_find_pause(void) {
        void* library = dlopen(cyresize_openmp_library(), RTLD_LAZY | RTLD_NOLOAD);
        return library ? (cyresize_pause_fn) dlsym(library, "omp_pause_resource_all") : NULL;
    }
    #endif
    static CYRESIZE_THREAD_LOCAL int cyresize_holds_teams;
    static CYRESIZE_THREAD_LOCAL int cyresize_child_may_team;
    """
    ctypedef int (*pause_fn "cyresize_pause_fn")(int) noexcept nogil
    enum: CYRESIZE_OPENMP
    int omp_get_max_threads() noexcept nogil
    bint exchange "cyresize_exchange"(int* at, int seen, int value) noexcept nogil
    int add "cyresize_add"(int* at, int value) noexcept nogil
    const char* openmp_library "cyresize_openmp_library"() noexcept nogil
    pause_fn find_pause "cyresize_find_pause"() noexcept nogil
    int at_fork "cyresize_at_fork"(
        void (*prepare)() noexcept nogil, void (*parent)() noexcept nogil, void (*child)() noexcept nogil
    ) noexcept nogil
    int holds_teams "cyresize_holds_teams"            # per thread: it barred the teams for its fork
    int child_may_team "cyresize_child_may_team"      # per thread: no pool of threads goes into its child

cdef enum:
    SOFT_PAUSE = 1            # omp_pause_soft of the standard
    FORKING = -1
    STAMP = 1 << 16           # above any number of threads

cdef int fallback = 1         # from the environment or the machine
cdef int chosen = 0           # set_num_threads; 0: not set
cdef int omp_expected = 1     # what OpenMP says as long as nobody has set a limit at run time
cdef bint scoped = False      # whether `scope` was ever set
cdef int generation = 0       # forks between the first process and this one

# Multiplications of a resize, or bytes that a copy moves: some 10 microseconds, from where two threads that are awake
# gain. Waking takes longer after a pause: see bench/waking.py.
cdef double least_work = 1 << 18

cdef int teams = 0            # parallel regions at work, or FORKING
cdef bint teams_allowed = True
cdef pause_fn pause = NULL
cdef bint survives_fork = not CYRESIZE_OPENMP    # the runtime needs no help

scope = ContextVar("cyresize.threads")
cdef object scope_variable = scope


cdef int default_threads() except -1:
    """Threads for a call that does not say; asked at every call, so limits set at run time hold."""
    cdef int wanted = chosen if chosen > 0 else fallback
    cdef int omp = omp_get_max_threads()
    if scoped:
        wanted = scoped_threads(wanted)
    return omp if omp != omp_expected and omp < wanted else wanted


cdef int scoped_threads(int otherwise) except -1:
    # A scope that was entered before a fork does not count in the child.
    cdef PyObject* found = NULL
    cdef long stamped
    PyContextVar_Get(scope_variable, NULL, &found)
    if found == NULL:
        return otherwise
    stamped = <object> found
    Py_DECREF(<object> found)
    return <int> (stamped % STAMP) if stamped // STAMP == generation else otherwise


cdef int team_for(int threads, Py_ssize_t rows, double work) noexcept nogil:
    """Threads for ``rows`` and so much work, ``threads`` at most: 1 where waking another takes longer than it saves."""
    return 1 if work < least_work else <int> min(<Py_ssize_t> threads, rows)


cdef int next_of(int* counter) noexcept nogil:
    """The counter before it is raised by one, for several threads at once."""
    return add(counter, 1)


cdef int enter_team(int wanted) noexcept nogil:
    """The team size for a parallel region: ``wanted``, or 1 (no region) in or after a fork. Pair with leave_team."""
    cdef int seen
    if wanted <= 1 or not teams_allowed:
        return 1
    while True:
        seen = add(&teams, 0)
        if seen == FORKING:
            return 1
        if exchange(&teams, seen, seen + 1):
            return wanted


cdef void leave_team(int team) noexcept nogil:
    if team > 1:
        add(&teams, -1)


cdef void before_fork() noexcept nogil:
    global holds_teams, child_may_team
    holds_teams = exchange(&teams, 0, FORKING)
    child_may_team = survives_fork
    if holds_teams and pause != NULL:
        child_may_team = pause(SOFT_PAUSE) == 0


cdef void after_fork_in_parent() noexcept nogil:
    global teams
    if holds_teams:
        exchange(&teams, FORKING, 0)


cdef void after_fork_in_child() noexcept nogil:
    global teams, teams_allowed, generation, chosen, fallback
    teams = 0
    teams_allowed = teams_allowed and child_may_team
    generation += 1
    chosen = 0
    fallback = 1


def openmp_version():
    """The OpenMP standard's date (201511 is 4.5) that this build uses, 0 for a serial build."""
    return CYRESIZE_OPENMP


def openmp_runtime():
    """The file of the OpenMP library in use, empty for a serial build."""
    return (<bytes> openmp_library()).decode(errors="replace")


def max_threads():
    """Threads that a call without ``n_threads`` may use now."""
    return default_threads()


def configure(int threads, int omp):
    """Set the number of threads without any setting, and what OpenMP gives as long as nobody limits it."""
    global fallback, omp_expected
    fallback = threads if CYRESIZE_OPENMP else 1
    omp_expected = omp


def choose(int threads):
    """Set the number of threads for the process, 0 for none."""
    global chosen
    chosen = threads


def enter_scope(int threads):
    """Set the number of threads in this context; the token goes to ``scope.reset``."""
    global scoped
    scoped = True
    return scope_variable.set(threads + generation*STAMP)


def set_least_work(double work):
    """Set the work from which a call may use several threads, for tests; returns what it was."""
    global least_work
    before = least_work
    least_work = work
    return before


def prepare_for_forks():
    """Find out how this OpenMP library takes a fork, and register the handlers."""
    global pause, survives_fork
    name = openmp_runtime().replace("\\", "/").rpartition("/")[2]
    if "libgomp" in name:
        pause = find_pause()
    elif name.startswith(("libomp", "libiomp")):
        survives_fork = True
    at_fork(before_fork, after_fork_in_parent, after_fork_in_child)


prepare_for_forks()
