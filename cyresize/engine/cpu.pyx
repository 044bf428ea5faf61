"""Which instruction levels this processor can run, asked before a level's module is imported."""

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
    void cyresize_cpu_init() nogil
    int cyresize_has_v3() nogil
    int cyresize_has_v4() nogil
    int cyresize_has_vbmi() nogil


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
