// What the kernel writes of the process when it crashes, core(5).
#pragma once

/// Leaves all memory of the calling process out of its core dumps, and of those of children that it starts later: what stays are the
/// registers of its threads, the names of the files that it has mapped, and the first page of programs among them. Where the kernel does
/// not take that, there are no core dumps of the process at all.
///
/// - Returns: 0, or an errno below 0 when neither was to be had now.
int apus_core_leave_out_memory(void);
