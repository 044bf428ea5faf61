"""What this processor is: the instruction levels that it can run, and what its caches hold."""

cdef extern from *:
    """
    #if (defined(__x86_64__) || defined(__i386__)) && (defined(__GNUC__) || defined(__clang__))
    #define CYRESIZE_HAS(feature) (__builtin_cpu_supports(feature) != 0)
    static void cyresize_cpu_init(void) { __builtin_cpu_init(); }
    #else
    #define CYRESIZE_HAS(feature) 0
    static void cyresize_cpu_init(void) { }
    #endif
    #if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
    #define CYRESIZE_X86_64 1
    #else
    #define CYRESIZE_X86_64 0
    #endif
    #if defined(__unix__)
    #include <unistd.h>
    #endif
    #ifdef _SC_LEVEL3_CACHE_SIZE
    #define CYRESIZE_CACHE(name) sysconf(name)
    #else
    #define CYRESIZE_CACHE(name) 0
    #endif
    /* Systems that do not know say 0 or -1. */
    static long long cyresize_cache(long long said, long long usual) { return said > 0 ? said : usual; }
    static long long cyresize_second_cache(void) {
        return cyresize_cache(CYRESIZE_CACHE(_SC_LEVEL2_CACHE_SIZE), 1 << 20);
    }
    static long long cyresize_last_cache(void) { return cyresize_cache(CYRESIZE_CACHE(_SC_LEVEL3_CACHE_SIZE), 0); }
    static int cyresize_has_v3(void) {
        return CYRESIZE_HAS("avx2") && CYRESIZE_HAS("fma") && CYRESIZE_HAS("bmi") && CYRESIZE_HAS("bmi2");
    }
    static int cyresize_has_v4(void) {
        return cyresize_has_v3() && CYRESIZE_HAS("avx512f") && CYRESIZE_HAS("avx512bw")
            && CYRESIZE_HAS("avx512cd") && CYRESIZE_HAS("avx512dq") && CYRESIZE_HAS("avx512vl");
    }
    static int cyresize_has_vbmi(void) {
        return cyresize_has_v4() && CYRESIZE_HAS("avx512vbmi") && CYRESIZE_HAS("avx512vbmi2")
            && CYRESIZE_HAS("avx512vnni");
    }
    """
    enum: CYRESIZE_X86_64
    long long cyresize_second_cache()
    long long cyresize_last_cache()
    void cyresize_cpu_init() nogil
    int cyresize_has_v3() nogil
    int cyresize_has_v4() nogil
    int cyresize_has_vbmi() nogil

near_by = 3*cyresize_second_cache()//4
# Measured: the crossing lies between 50 and 100 MB where the last cache has 480 MiB for many processors.
kept_results = cyresize_last_cache()//8


def set_kept_results(Py_ssize_t size):
    """Change what the last cache is said to keep of a result; returns what it was. For tests and measurements."""
    global kept_results
    before = kept_results
    kept_results = size
    return before


def levels():
    """Names of the instruction levels that run here, slowest first. Every operating-system check is included.

    "plain" is the loops without intrinsics: the only level of other processors, elsewhere the reference for tests.
    """
    cyresize_cpu_init()
    found = ["plain"]
    levels = (
        ("baseline", CYRESIZE_X86_64), ("v3", cyresize_has_v3()), ("v4", cyresize_has_v4()),
        ("vbmi", cyresize_has_vbmi()),
    )
    for name, present in levels:
        if not present:
            break
        found.append(name)
    return tuple(found)
