/**
 * The way in. {@link dev.postern.gateway.admission.AdmissionService} goes through the steps of an
 * admission in their order; whatever is refused becomes a {@link
 * dev.postern.gateway.admission.Refusal}, is counted against the caller's address by {@link
 * dev.postern.gateway.admission.FailureLimiter} and recorded by {@link
 * dev.postern.gateway.admission.AdmissionRecord}.
 */
@NullMarked
package dev.postern.gateway.admission;

import org.jspecify.annotations.NullMarked;
