/** What the build takes besides modules. */
declare module '*.css' {}
