/**
 * The page that people look at, and the JSON interface behind it. What it shows comes from {@link
 * dev.recount.web.Tables}, {@link dev.recount.web.Windows}, {@link dev.recount.web.Regressions} and
 * {@link dev.recount.web.PipelineStatus}; how these are reached is the caller's business.
 */
@NullMarked
package dev.recount.web;

import org.jspecify.annotations.NullMarked;
