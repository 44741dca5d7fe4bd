function Maps() {}
